"""Keys that no definition has: what a target says in a live resource about the file it is from.

A plan shows them as the reason why, a sync puts the matter right.
"""

ON_DISK = "file on disk"  # why the file is not what is loaded
SECRETS = "secrets"  # which secrets in the file are not the wanted ones
