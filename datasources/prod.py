"""Production: Redis and the Langfuse database are servers of their own, with passwords."""

from datasources._common import core, present
from obsdash.author import DataSource, Environment, PostgresSource, RedisSource


def sources(env: Environment) -> list[DataSource]:
    """Return the data sources of production."""
    if env.name != "prod":
        return []
    passwords = env.get("secrets_dir", "/run/secrets")
    return present(
        [
            *core(env, Tempo="tempo"),
            RedisSource(
                "redis",
                env.get("redis_url", "rediss://redis.example.com:6379"),
                secrets={"password": f"file:{passwords}/redis_password"},
            ),
            PostgresSource(
                "langfuse",
                env.get("langfuse_db", "langfuse-db.example.com:5432"),
                name="Langfuse",
                database="langfuse",
                user="grafana",
                secrets={"password": f"file:{passwords}/langfuse_db_password"},
            ),
        ]
    )
