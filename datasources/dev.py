"""Development: traces in Jaeger as well, and the stack's own Redis."""

from datasources._common import address, core, link, present
from obsdash.author import DataSource, Environment, JaegerSource, RedisSource


def sources(env: Environment) -> list[DataSource]:
    """Return the data sources of every environment but production."""
    if env.name == "prod":
        return []
    return present(
        [
            *core(env, Tempo="tempo", Jaeger="jaeger"),
            JaegerSource("jaeger", address(env, "jaeger"), logs=link(env, "loki")),
            RedisSource("redis", env.get("redis_url", "redis://redis:6379")),
        ]
    )
