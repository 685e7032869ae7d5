# Daybreak without its embedded PostgreSQL: the image needs DATABASE_URL.
FROM node:24-bookworm-slim

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DAYBREAK_DATA=/data

RUN useradd --system --user-group --no-create-home --home-dir /app daybreak \
 && install --directory --owner=daybreak --group=daybreak --mode=0700 /data

WORKDIR /app

# First what changes seldom, so that a new version of the code does not install everything again.
COPY package.json package-lock.json .npmrc ./
# Optional are the Node and the PostgreSQL that npm brings where there is none.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

COPY bin bin
COPY src src
COPY workers workers
COPY templates templates

USER daybreak
VOLUME /data
EXPOSE 8080

# For the web role; a container that only sends has no port and switches this off.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node", "bin/daybreak.mjs"]
CMD ["start"]
