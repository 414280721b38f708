# BenchSight with everything it needs, the embedded PostgreSQL included. One container per league; its data is /data.
FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin benchsight \
    && install --directory --owner benchsight --mode 0700 /data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --requirement requirements.txt
COPY run_etl.py pyproject.toml ./
COPY hockey hockey
COPY snapshot snapshot
COPY formats formats
COPY warehouse warehouse
COPY ml ml
COPY etl etl
COPY api api
# compiled once: each run of the ETL, and each of its workers, would do it again, since the service cannot write here
RUN python -m compileall -q .

# the code is root's and read-only to the service, which writes below /data alone; PostgreSQL refuses to run as root
USER benchsight
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 BENCHSIGHT_DATA_DIR=/data ENVIRONMENT=production
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/api/health', timeout=4)"]
CMD ["python", "-m", "api.main"]
