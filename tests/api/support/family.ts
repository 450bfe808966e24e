import { z } from 'zod';
import type { FamilyModule } from '../../../api/family.ts';
import { rawNumber } from '../../../api/http/json-source.ts';
import { ApiError } from '../../../api/problem.ts';
import { defineRoute } from '../../../api/route.ts';

export interface Probe {
  family: FamilyModule;
  /** How often the handler of /probe/things ran. */
  calls: number;
  /** Set to make the next call fail. */
  failure: Error | undefined;
  /** Resolved before the handler goes on. */
  gate: Promise<void>;
}

/** A small family that shows what routes get and how its errors look. */
export function createProbe(): Probe {
  const probe: Probe = {
    family: undefined as unknown as FamilyModule,
    calls: 0,
    failure: undefined,
    gate: Promise.resolve(),
  };
  const things = defineRoute({
    method: 'post',
    path: '/probe/things',
    summary: 'Takes a thing',
    tags: ['probe'],
    scope: 'operate',
    idempotent: true,
    money: { paths: ['price', 'limits.max', 'items.*.price'] },
    body: z.object({
      name: z.string(),
      count: z.number().optional(),
      price: z.string().optional(),
      limits: z.object({ max: z.string() }).optional(),
      items: z.array(z.object({ price: z.string(), size: z.number() })).optional(),
    }),
    user: 'body.name',
    responses: {
      201: {
        description: 'Taken.',
        schema: z.object({ call: z.int(), got: z.unknown(), price: z.number() }),
      },
    },
    errors: ['thing_broken'],
    async handler(_ctx, { body }) {
      probe.calls += 1;
      await probe.gate;
      if (probe.failure) throw probe.failure;
      if (body.name === 'broken') throw new ApiError('thing_broken', 'The thing is broken; send another.');
      return { status: 201, body: { call: probe.calls, got: body, price: rawNumber(body.price ?? '0') } };
    },
  });
  const wrong = defineRoute({
    method: 'get',
    path: '/probe/wrong',
    summary: 'Answers against its schema',
    tags: ['probe'],
    scope: 'read',
    responses: { 200: { description: 'A number.', schema: z.object({ n: z.number().max(1) }) } },
    handler: async () => ({ status: 200, body: { n: 2 } }),
  });
  const shown = defineRoute({
    method: 'get',
    path: '/probe/:id',
    summary: 'Shows what it got',
    tags: ['probe'],
    scope: 'read',
    query: z.object({ limit: z.string().optional() }),
    responses: {
      200: { description: 'It.', schema: z.object({ id: z.string(), limit: z.string().optional() }) },
    },
    handler: async (_ctx, { params, query }) => ({ status: 200, body: { id: params['id'] ?? '', ...query } }),
  });
  probe.family = {
    name: 'probe',
    description: 'A family for tests.',
    routes: [shown, things, wrong],
    prefixes: ['/probe'],
    problems: {
      codes: { thing_broken: { status: 409, title: 'Broken' } },
      rename: { idempotency_key_reused: 'idempotency_conflict' },
      alias: ({ detail, errors }) => ({
        success: false,
        error: detail,
        ...(errors && { details: errors.map(({ path, message }) => ({ path, message })) }),
      }),
    },
  };
  return probe;
}
