# Dateline as a service on port 8000, its library in /data. It listens on all addresses of its
# container, so it starts only once there is a key:
#
#   docker build -t dateline .
#   docker run --rm -v dateline:/data dateline keys create --scope ingest
#   docker run --read-only --tmpfs /tmp -v dateline:/data -p 127.0.0.1:8000:8000 dateline

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock runtime.lock ./
# What is installed has no pip of its own, and setuptools stays in this stage.
RUN python -m venv --without-pip /opt/dateline \
    && sed -n '/^setuptools==/,/# via/p' requirements.lock > build.lock \
    && pip install --require-hashes -r build.lock \
    && pip --python /opt/dateline/bin/python install --require-hashes --only-binary :all: -r runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY prompts prompts
COPY rag rag
COPY evals evals
COPY api api
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/dateline/bin/python install --no-deps dist/*.whl

FROM python:3.11-slim
COPY --from=build /opt/dateline /opt/dateline
# No user has this id, so there is no home; onnxruntime complains when it can write to none.
ENV PATH=/opt/dateline/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATELINE_DATA=/data \
    DATELINE_HOST=0.0.0.0 \
    DATELINE_PORT=8000
RUN install -d -o 10001 -g 10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"DATELINE_PORT\"]}/livez', timeout=4)"]
ENTRYPOINT ["dateline"]
CMD ["serve"]
