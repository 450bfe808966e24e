# One image for the API, the workers and the migration: docker-compose.yml says which command each runs.
# glibc only (Debian, no alpine): Temporal's native core and the compiler of the workflow bundle are built against it.

# What production runs on. Neither the embedded servers nor the compiler's native parts: all of that is optional.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# The workflow bundle. The compiler (swc) has its native part in an optional dependency, hence the fuller install.
FROM node:24.21.0-bookworm-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY . .
RUN node scripts/build.ts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    AUTH=on \
    WORKFLOW_BUNDLE=/app/dist/workflows.js
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
COPY --from=bundle /app/dist ./dist
USER node
EXPOSE 8000
STOPSIGNAL SIGTERM
# For the API; workers are asked with --workers instead.
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=4 CMD ["node", "scripts/health.ts", "--quiet"]
CMD ["node", "processes/api.ts"]
