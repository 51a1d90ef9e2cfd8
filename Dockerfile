# One image per service: docker build --build-arg SERVICE=dialogue -t sdr-dialogue .
# The same image serves, works and migrates: its arguments are the service's commands.
ARG PYTHON_IMAGE=python:3.12-slim-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim
# Decides below which stages are built: only the gateway carries the panel.
ARG SERVICE

FROM ${NODE_IMAGE} AS panel-gateway
WORKDIR /src
COPY panel/package.json panel/package-lock.json panel/.npmrc ./
RUN npm ci --silent
COPY panel ./
RUN PANEL_OUT=/panel npm run -s build
FROM ${NODE_IMAGE} AS panel-none
RUN mkdir /panel
FROM panel-none AS panel-dialogue
FROM panel-none AS panel-scoring
FROM panel-none AS panel-routing
FROM panel-none AS panel-reporting
FROM panel-${SERVICE} AS panel

FROM ${PYTHON_IMAGE} AS build
ARG SERVICE
RUN case "$SERVICE" in gateway|dialogue|scoring|routing|reporting) ;; \
      *) echo "SERVICE must be gateway, dialogue, scoring, routing or reporting, not '$SERVICE'" >&2; exit 1;; esac
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY requirements/image-build.txt requirements/image-${SERVICE}.txt requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --quiet --require-hashes -r requirements/image-build.txt
RUN python -m venv --without-pip /opt/sdr \
 && /opt/build/bin/pip --python /opt/sdr/bin/python install --quiet --require-hashes -r requirements/image-${SERVICE}.txt
COPY protos protos
COPY common common
COPY services/${SERVICE} services/${SERVICE}
COPY --from=panel /panel services/${SERVICE}/sdr_${SERVICE}/panel_dist
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation -w /tmp/wheels ./protos ./common ./services/${SERVICE} \
 && /opt/build/bin/pip --python /opt/sdr/bin/python install --quiet --no-deps --no-index /tmp/wheels/*.whl
# A start command that needs no shell; its first line is the interpreter of the image.
RUN printf '#!/opt/sdr/bin/python\nimport runpy\nrunpy.run_module("sdr_%s", run_name="__main__", alter_sys=True)\n' "$SERVICE" \
      > /opt/sdr/bin/sdr && chmod 755 /opt/sdr/bin/sdr \
 && /opt/sdr/bin/python -m compileall -q /opt/sdr/lib \
 && /opt/build/bin/cyclonedx-py environment /opt/sdr/bin/python --output-format JSON -o /opt/sdr/sbom.cdx.json

FROM ${PYTHON_IMAGE}
ARG SERVICE
ARG PYTHON_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=""
LABEL org.opencontainers.image.title="sdr-${SERVICE}" \
      org.opencontainers.image.description="Chatwoot SDR: the service ${SERVICE}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${PYTHON_IMAGE}"
RUN groupadd --system --gid 10001 sdr && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin sdr
COPY --from=build /opt/sdr /opt/sdr
ENV PATH=/opt/sdr/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["/opt/sdr/bin/sdr"]
CMD ["serve"]
