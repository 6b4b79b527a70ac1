# The service, without the embedded servers and without development tools: bring PostgreSQL and Redis or Valkey.
# Nothing is written outside of /tmp, so the file system may be read-only.

FROM python:3.13-slim AS libraries
WORKDIR /build
COPY requirements-production.lock .
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --root-user-action ignore --only-binary :all: --require-hashes -r requirements-production.lock

FROM python:3.13-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 instachatico \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin instachatico
COPY --from=libraries /venv /venv
COPY . /srv
RUN /venv/bin/python -m compileall -q /srv
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/srv \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    APP_ENV=production \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8000 \
    STATE_DIR=/tmp/instachatico
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/health/live', timeout=4)"]
ENTRYPOINT ["python", "-P", "-m", "app"]
CMD ["start"]
