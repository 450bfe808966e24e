import { z } from 'zod';
import { Health } from '../../schemas/core/api.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { prefers } from '../http/negotiate.ts';
import type { ApiDeps } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import { defineRoute, type Route } from '../route.ts';
import { lastReport } from '../../db/repositories/reconciliation.ts';
import type { RunFigures } from '../../db/repositories/run-lists.ts';
import { checkHealth, figuresOf } from './health.ts';
import { prometheusText } from './prometheus.ts';

type Families = readonly FamilyModule[];

const open = { method: 'get', tags: ['status'], scope: null, limited: false } as const;
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

const health = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/health',
    summary: 'How every part is: healthy, degraded (an outside system is down) or unhealthy',
    responses: {
      200: { description: 'Healthy or degraded.', schema: Health },
      503: { description: 'The database or Temporal is down.', schema: Health },
    },
    async handler({ deps }) {
      const body = await checkHealth(deps, families);
      return body.status === 'unhealthy' ? { status: 503, body } : { status: 200, body };
    },
  });

const Alive = z.object({ status: z.literal('ok') });

const livez = defineRoute({
  ...open,
  path: '/livez',
  summary: 'The process answers',
  responses: { 200: { description: 'It does.', schema: Alive } },
  handler: async () => ({ status: 200, body: { status: 'ok' } }),
});

const Ready = z.object({ status: z.enum(['ready', 'not_ready']), checks: Health.shape.checks });

const readyz = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/readyz',
    summary: 'The process can do its work',
    responses: {
      200: { description: 'Send traffic.', schema: Ready },
      503: { description: 'Send none for now.', schema: Ready },
    },
    async handler({ deps }) {
      const { status, checks } = await checkHealth(deps, families);
      return status === 'unhealthy'
        ? { status: 503, body: { status: 'not_ready', checks } }
        : { status: 200, body: { status: 'ready', checks } };
    },
  });

const Status = z.looseObject({
  status: z.enum(['operational', 'degraded']),
  uptime: z.number(),
  version: z.string(),
  components: z.record(z.string(), z.enum(['active', 'inactive'])),
});

const status = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/status',
    summary: 'Components and counts',
    responses: { 200: { description: 'The state of the service.', schema: Status } },
    async handler({ deps }) {
      const { status: state, checks, version, uptime } = await checkHealth(deps, families);
      const component = (name: string) =>
        checks[name] === 'ok' ? ('active' as const) : ('inactive' as const);
      return {
        status: 200,
        body: {
          status: state === 'healthy' ? 'operational' : 'degraded',
          uptime,
          version,
          components: {
            registry: 'active',
            communication: component('database'),
            memory: component('database'),
            orchestrator: component('temporal'),
          },
        },
      };
    },
  });

const Metrics = z.looseObject({
  timestamp: z.string(),
  executions_total: z.int(),
  executions_active: z.int(),
});

const metrics = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/metrics',
    summary: 'Figures over all runs, as JSON or, if Accept asks for text, for Prometheus',
    responses: { 200: { description: 'The figures.', schema: Metrics } },
    async handler({ deps, header }) {
      const figures = await figuresOf(deps);
      if (prefers(header('accept'), ['text/plain', 'application/openmetrics-text']))
        return {
          status: 200,
          text: await prometheusOf(deps, families, figures),
          type: PROMETHEUS,
          headers: { vary: 'Accept' },
        };
      return { status: 200, body: jsonMetrics(figures), headers: { vary: 'Accept' } };
    },
  });

const prometheus = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/metrics/prometheus',
    summary: 'Figures over all runs, for Prometheus',
    responses: { 200: { description: 'The figures.', schema: z.string(), type: 'text/plain' } },
    handler: async ({ deps }) => ({
      status: 200,
      text: await prometheusOf(deps, families, await figuresOf(deps)),
      type: PROMETHEUS,
    }),
  });

function jsonMetrics(figures: RunFigures): JsonObject & z.output<typeof Metrics> {
  return {
    total_executions: figures.total,
    successful_executions: figures.completed,
    failed_executions: figures.failed,
    cancelled_executions: figures.cancelled,
    running_executions: figures.active,
    average_execution_time: figures.average_seconds,
    total_execution_time: figures.total_seconds,
    last_execution: figures.last_created?.toISOString() ?? null,
    timestamp: new Date().toISOString(),
    executions_total: figures.total,
    executions_active: figures.active,
  };
}

/** The engine's figures and those of the families. */
async function prometheusOf(deps: ApiDeps, families: Families, figures: RunFigures): Promise<string> {
  const own = prometheusText(figures, await lastReport(deps.db.pool));
  const parts = await Promise.all(families.map(async (family) => family.metrics?.(deps)));
  return own + parts.flatMap((part) => part ?? []).join('');
}

const Root = z.looseObject({
  service: z.string(),
  version: z.string(),
  documentation: z.string(),
  description: z.string(),
  health: z.string(),
  release: z.string(),
});

const root = (families: Families): Route =>
  defineRoute({
    ...open,
    path: '/',
    summary: 'Where everything is; browsers are sent to the documentation',
    responses: {
      200: { description: 'The way to the rest.', schema: Root },
      303: { description: 'To the documentation.', schema: z.string(), type: 'text/plain' },
    },
    async handler({ deps, header }) {
      const headers = { vary: 'Accept' };
      if (prefers(header('accept'), ['text/html']))
        return {
          status: 303,
          text: 'See /docs',
          type: 'text/plain; charset=utf-8',
          headers: { ...headers, location: '/docs' },
        };
      const body = {
        service: 'steward',
        version: deps.settings.version,
        documentation: '/docs',
        description: '/openapi.json',
        health: '/health',
        release: deps.settings.version,
        ...(Object.assign({}, ...families.map((family) => family.root ?? {})) as JsonObject),
      };
      return { status: 200, body, headers };
    },
  });

export const statusRoutes = (families: Families): Route[] => [
  root(families),
  health(families),
  livez,
  readyz(families),
  status(families),
  metrics(families),
  prometheus(families),
];
