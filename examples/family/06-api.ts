import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FamilyModule } from '../../api/family.ts';
import { defineRoute, type Route } from '../../api/route.ts';
import { requireRun } from '../../api/runs/commands.ts';
import { runDefaults } from '../../api/runs/defaults.ts';
import { startRun } from '../../api/runs/start.ts';
import type { StartableRun, WorkflowStart } from '../../api/runs/start-request.ts';
import type { ApiContext } from '../../families/define.ts';
import { RunStatus } from '../../schemas/core/run.ts';
import type { EchoSettings } from './01-settings.ts';
import { FAMILY, type EchoInput } from './02-contract.ts';

type Config = ApiContext<EchoSettings>['config'];

const Echo = z.object({ id: z.string(), status: RunStatus });
const EchoBody = z.object({
  text: z.string().min(1).max(1000),
  userId: z.string().min(1).max(128).meta({ description: 'Who pays.' }),
});

/**
 * 6. Our routes. One record gives parsing, handler and documentation. Keys, rate limits, Idempotency-Key, audit and errors
 * are the engine's; so are the routes that answer the question, approve the plan and stream the events of any run.
 */
export const createApi = ({ config }: ApiContext<EchoSettings>): FamilyModule => ({
  name: FAMILY,
  description: 'A paid echo that asks a person how loud it shall be.',
  routes: [create(config), read],
  prefixes: ['/echoes'],
  restart: echoStart(config),
});

const create = (config: Config): Route =>
  defineRoute({
    method: 'post',
    path: '/echoes',
    summary: 'Ask for an echo',
    tags: [FAMILY],
    scope: 'operate',
    idempotent: true,
    body: EchoBody,
    responses: { 201: { description: 'A person is asked next.', schema: Echo } },
    handler: async (ctx, { body: { text, userId } }) => {
      const { tenant, subject } = ctx.principal;
      const id = `echo_${randomUUID()}`;
      const { runId } = await startRun(ctx.deps, {
        run: {
          id,
          tenant,
          family: FAMILY,
          kind: FAMILY,
          subject: subject ?? userId,
          workflowId: id,
          input: { text },
          settings: { ...runDefaults(config), maxTimeMs: 600_000, askForMs: config.ECHO_ASK_FOR_MS },
        },
        start: echoStart(config),
        claim: ctx.claim,
      });
      return { status: 201, body: { id: runId, status: 'created' } };
    },
  });

const read = defineRoute({
  method: 'get',
  path: '/echoes/:id',
  missing: { id: 'echo_not_found' },
  summary: 'How an echo stands',
  tags: [FAMILY],
  scope: 'read',
  params: z.object({ id: z.string().min(1).max(250) }),
  responses: { 200: { description: 'The echo.', schema: Echo } },
  errors: ['echo_not_found'],
  handler: async (ctx, { params }) => {
    const { id, status } = await requireRun(ctx, params.id, {
      code: 'echo_not_found',
      detail: 'There is no such echo.',
    });
    return { status: 200, body: { id, status } };
  },
});

/** How a run is started, from its row alone: a sweeper starts what a crash left behind with the same. */
const echoStart =
  ({ TASK_QUEUE: taskQueue }: Config) =>
  ({ id: runId, tenant, subject, settings }: StartableRun): WorkflowStart => {
    const input: EchoInput = {
      runId,
      tenant,
      subject,
      settings: settings as unknown as EchoInput['settings'],
    };
    return { workflowType: FAMILY, args: [input], taskQueue, summary: `echo for ${subject}` };
  };
