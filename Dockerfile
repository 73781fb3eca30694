# The image: the same two steps as on a laptop (install.sh, then `hitotsubu …`), without tests.
# Both stages have the same base and the same folder, so the virtualenv works where it was made.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY install.sh requirements.lock ./
RUN sh install.sh runtime
COPY pyproject.toml ./
COPY LICENSE NOTICE ./
COPY migrations/ migrations/
COPY cases/ cases/
COPY scheduler/ scheduler/
COPY bot/ bot/
RUN .venv/bin/python -m compileall -q bot cases scheduler

FROM python:3.11-slim-bookworm
RUN useradd --no-log-init --no-create-home --uid 10001 --home-dir /app --shell /usr/sbin/nologin hitotsubu \
    && install -d -o 10001 -m 0700 /var/lib/hitotsubu
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/var/lib/hitotsubu/models \
    HITOTSUBU_ENVIRONMENT=production \
    HITOTSUBU_HOST=0.0.0.0 \
    HITOTSUBU_PORT=8700
USER 10001
EXPOSE 8700
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8700/live', timeout=4)"]
CMD ["hitotsubu", "serve"]
