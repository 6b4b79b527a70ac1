"""Counters of this process, in Prometheus's text format (names: reliability, §6)."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()
WEBHOOKS = Counter(
    "insta_webhook_requests", "Deliveries of Instagram by HTTP status", ["result"], registry=REGISTRY
)
QUEUE_AGE = Gauge(
    "insta_queue_oldest_age_seconds", "Age of the oldest due job by step", ["step"], registry=REGISTRY
)
POOL_IN_USE = Gauge("insta_db_pool_in_use", "Database connections in use", registry=REGISTRY)


def exposition() -> web.Response:
    """Everything counted so far."""
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
