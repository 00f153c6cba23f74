# Sightline in a container: the page, the server and CPU builds of everything, as a plain user.
#
#   docker build -t sightline .
#   docker run --rm -p 127.0.0.1:8000:8000 -v /my/pictures:/data:ro -v sightline:/workspace sightline
#
# The address with its token is printed at the start.

FROM node:24-slim AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY web ./
RUN mkdir -p ../src/sightline/server && npm run build

FROM python:3.11-slim AS wheel
WORKDIR /build
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY src ./src
COPY --from=page /build/src/sightline/server/_web ./src/sightline/server/_web
ENV SIGHTLINE_SKIP_PAGE=1
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim AS packages
ARG EXTRAS=train,science,tables,heic,postgresql
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /wheels /wheels
RUN python -m venv /opt/sightline \
  && wheel="$(echo /wheels/sightline-*.whl)" \
  && /opt/sightline/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt \
    --extra-index-url https://download.pytorch.org/whl/cpu "${wheel}[${EXTRAS}]" \
  && /opt/sightline/bin/pip uninstall --yes pip

FROM python:3.11-slim AS sightline
LABEL org.opencontainers.image.title="Sightline" \
  org.opencontainers.image.description="From a folder of pictures to a vision model you own" \
  org.opencontainers.image.licenses="MIT"
RUN useradd --create-home --uid 10001 sightline \
  && mkdir /workspace /data \
  && chown sightline:sightline /workspace /data
COPY --from=packages /opt/sightline /opt/sightline
COPY docker/start.sh docker/health.py /opt/sightline/docker/
ENV PATH=/opt/sightline/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  SIGHTLINE_HOST=0.0.0.0 \
  SIGHTLINE_PORT=8000 \
  SIGHTLINE_ALLOWED_ROOTS=/data \
  AL_STORE_DIR=/workspace \
  AL_DATA_DIR=/data
USER 10001
WORKDIR /workspace
VOLUME ["/workspace"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "/opt/sightline/docker/health.py"]
ENTRYPOINT ["sh", "/opt/sightline/docker/start.sh"]
