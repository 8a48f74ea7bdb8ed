"""Start the demo workload: `python stack/demo`."""

import sys

from workload.main import main

sys.exit(main())
