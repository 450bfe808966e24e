import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { createCaller, type Caller } from '../api/support/http.ts';
import { hashOf, plannedAs, type Scenario } from '../api/support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import { aFreePlan, aPaidPlan, freeStep, untilStatus } from '../api/support/reasoning-plans.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { until } from '../workflows/support/run.ts';
import { steward } from './support/steward.ts';
import { temporalCli, type TemporalCli } from './support/temporal-cli.ts';

let app: ReasoningApp;
let api: Caller;
let temporal: TemporalCli;
beforeAll(async () => {
  [app, temporal] = await Promise.all([startReasoningApp(), temporalCli()]);
  api = createCaller(app.url);
});
afterAll(() => app.close());

interface Created {
  id: string;
  userId: string;
}

async function create(scenario: Scenario, more: object = {}): Promise<Created> {
  const userId = app.user(scenario);
  const input = 'Analyze the last 30 days of DEX volume';
  const { body } = await api.post('/workflows/create', { userId, input, ...more });
  return { id: body.workflow.id, userId };
}

async function waiting(scenario: Scenario = { plan: aFreePlan('cli', 'a', 'b') }): Promise<Created> {
  const created = await create(scenario);
  await untilStatus(api, created.id, 'awaiting_approval');
  return created;
}

interface CoreEvent {
  type: string;
  data: Record<string, unknown>;
}

async function eventsOf(id: string): Promise<CoreEvent[]> {
  return (await api.get(`/runs/${id}/events`)).body['events'] as CoreEvent[];
}

const dataOf = async (id: string, type: string): Promise<unknown> =>
  (await eventsOf(id)).find((event) => event.type === type)?.data;

function signal(id: string, name: string, input?: object): Promise<string> {
  const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
  return temporal('workflow', 'signal', '--workflow-id', id, '--name', name, ...given);
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('temporal workflow signal', () => {
  test('approves a plan in the name of whoever is given', async () => {
    const { id, userId } = await create({ plan: aPaidPlan() });
    await app.fund(userId, '2');
    await untilStatus(api, id, 'awaiting_approval');
    await signal(id, 'approve', { by: 'ops' });
    await untilStatus(api, id, 'completed');
    expect(await dataOf(id, 'approval.granted')).toEqual({ planHash: hashOf('paid'), by: 'ops' });
  });

  test('approves without any input', async () => {
    const { id } = await waiting();
    await signal(id, 'approve');
    await untilStatus(api, id, 'completed');
    expect(await dataOf(id, 'approval.granted')).toEqual({ planHash: hashOf('cli'), by: 'signal' });
  });

  test('with the hash of another plan approves nothing and says so among the events', async () => {
    const { id } = await waiting();
    await signal(id, 'approve', { by: 'ops', planHash: 'f'.repeat(64) });
    await until(async () => (await dataOf(id, 'approval.ignored')) !== undefined, 'the approval is ignored');
    expect(await dataOf(id, 'approval.ignored')).toMatchObject({ code: 'plan_changed' });
    await untilStatus(api, id, 'awaiting_approval');
    await signal(id, 'reject');
    await untilStatus(api, id, 'cancelled');
  });

  test.each([{ maxTotalAmount: '1.5' }, { maxTotalAmount: 1.5 }, { maxPerTransaction: 'much' }])(
    'with limits that are no minor units (%j) approves nothing, before the plan and after',
    async (limits) => {
      const planning = gate();
      const { id, userId } = await create({ plan: aPaidPlan(), planned: planning.opened });
      await app.fund(userId, '2');
      await signal(id, 'approve', { by: 'ops', limits });
      planning.open();
      await untilStatus(api, id, 'awaiting_approval');
      await signal(id, 'approve', { by: 'ops', limits });
      await until(
        async () => (await dataOf(id, 'approval.ignored')) !== undefined,
        'the approval is ignored',
      );
      await untilStatus(api, id, 'awaiting_approval');
      await signal(id, 'approve', { by: 'ops' });
      await untilStatus(api, id, 'completed');
    },
  );

  test('rejects a plan, with a reason or without', async () => {
    const [one, other] = await Promise.all([waiting(), waiting()]);
    await signal(one.id, 'reject', { by: 'ops', reason: 'too dear' });
    await signal(other.id, 'reject');
    for (const { id } of [one, other]) {
      expect(await untilStatus(api, id, 'cancelled')).toMatchObject({ status: 'cancelled' });
      expect((await eventsOf(id)).at(-1)?.type).toBe('run.cancelled');
    }
  });

  test('cancels a run that is waiting', async () => {
    const { id } = await waiting();
    await signal(id, 'cancel');
    await untilStatus(api, id, 'cancelled');
  });
});

test('temporal workflow cancel undoes what was done before the run ends', async () => {
  const call = gate();
  const compensation = { url: 'http://service.test/undo', method: 'POST' as const, params: {} };
  const plan = aPlan(
    [
      freeStep('a', { compensation }),
      freeStep('b', { dependencies: ['a'] }),
      freeStep('c', { dependencies: ['b'] }),
    ],
    {
      planHash: hashOf('undone'),
    },
  );
  const { id } = await waiting({ plan, hold: { b: call.opened } });
  await signal(id, 'approve');
  const started = async (): Promise<boolean> =>
    (await eventsOf(id)).some(({ type, data }) => type === 'step.started' && data['step'] === 'b');
  await until(started, 'b is called');
  await temporal('workflow', 'cancel', '--workflow-id', id);
  call.open();
  await untilStatus(api, id, 'cancelled');
  const types = (await eventsOf(id)).map(({ type }) => type);
  expect(types.slice(-4)).toEqual([
    'run.compensating',
    'step.compensated',
    'run.compensated',
    'run.cancelled',
  ]);
});

describe('what an operator sees of a waiting run', () => {
  let run: Created;
  beforeAll(async () => {
    run = await waiting({ plan: aPaidPlan() });
  });

  test('temporal workflow query answers its state, the plan and what it waits for', async () => {
    const answer = await temporal(
      'workflow',
      'query',
      '--workflow-id',
      run.id,
      '--type',
      'state',
      '--output',
      'json',
    );
    const { queryResult } = JSON.parse(answer) as { queryResult: unknown };
    expect([queryResult].flat()[0]).toEqual({
      runId: run.id,
      status: 'awaiting_approval',
      stopping: null,
      waitingFor: 'approval',
      planHash: hashOf('paid'),
    });
  });

  test('temporal workflow list finds it by family, user and status', async () => {
    const query = `StewardFamily='reasoning' AND StewardSubject='${run.userId}' AND StewardTenant='default'`;
    const listed = async (): Promise<unknown[]> =>
      (
        JSON.parse(await temporal('workflow', 'list', '--query', query, '--output', 'json')) as {
          execution: { workflowId: string };
        }[]
      ).map(({ execution }) => execution.workflowId);
    await until(async () => (await listed()).length > 0, 'visibility has caught up');
    expect(await listed()).toEqual([run.id]);
  });

  test('temporal workflow describe shows the search attributes and a summary without the prompt', async () => {
    const text = await temporal('workflow', 'describe', '--workflow-id', run.id, '--output', 'json');
    const { workflowExecutionInfo: info } = JSON.parse(text) as {
      workflowExecutionInfo: { searchAttributes: { indexedFields: Record<string, unknown> } };
    };
    expect(info.searchAttributes.indexedFields).toMatchObject({
      StewardFamily: expect.anything(),
      StewardTenant: expect.anything(),
      StewardSubject: expect.anything(),
      StewardStatus: expect.anything(),
    });
    expect(text).toContain(`reasoning for ${run.userId}`);
    expect(text).not.toContain('DEX volume');
  });

  test('temporal workflow metadata shows in words what is waited for, and which signals there are', async () => {
    const text = await temporal('workflow', 'metadata', '--workflow-id', run.id, '--output', 'json');
    expect(text).toContain('**Waiting for approval** (initial): 1.25 USDC');
    for (const name of ['approve', 'reject', 'cancel', 'state']) expect(text).toContain(`"name": "${name}"`);
  });
});

test('an ended run is found by its status', async () => {
  const { id, userId } = await waiting();
  await signal(id, 'approve');
  await untilStatus(api, id, 'completed');
  const query = `StewardSubject='${userId}' AND StewardStatus='completed' AND ExecutionStatus='Completed'`;
  const count = async (): Promise<string> => temporal('workflow', 'count', '--query', query);
  await until(async () => (await count()).includes('1'), 'visibility has caught up');
});

describe('steward task', () => {
  const TASK = 'Book me a hotel for the conference, please';
  const plan = withHash(aFreePlan('task by hand', 'book'));
  const question = {
    field: 'guests',
    question: 'For how many people?',
    type: 'number' as const,
    min: 1,
    max: 9,
  };
  const asking: Scenario = {
    plan,
    planning: ({ guests }) =>
      guests === undefined
        ? {
            kind: 'needs_detail',
            message: 'The hotel needs the number of guests.',
            understanding: {
              parts: [{ text: 'Book me a hotel', span: [0, 15], as: 'task' }],
              assumptions: [],
              ignored: [{ text: 'please', span: [36, 42] }],
              corrections: [],
              questions: [question],
            },
          }
        : plannedAs(plan),
  };
  const options = (user: string): string[] => ['--url', app.url, '--user', user];

  test('asks for what is missing, plans on with the answer, is approved, and checks the receipt', async () => {
    const typed = ['many', '2', 'a'];
    const { code, stdout, stderr } = await steward(
      ['task', TASK, '--ask', ...options(app.user(asking))],
      typed,
    );
    expect([code, stderr], stdout).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}to do +"Book me a hotel"$/m);
    expect(stdout).toMatch(/^ {2}ignored +"please"$/m);
    expect(stdout).toContain('For how many people? [guests] (at least 1, at most 9)');
    expect(stdout).toContain('"many" is no number.');
    expect(stdout).toMatch(/^Done in /m);
    expect(stdout).toMatch(/\d+ ok, 0 failed, \d+ not checked\./);
  }, 60_000);

  test('ends with 1 when it is done and its receipt does not hold', async () => {
    const forged = { ...plan, planHash: hashOf('another plan') };
    const typed = ['task', TASK, '--yes', '--max-cost', '1', ...options(app.user({ plan: forged }))];
    const { code, stdout } = await steward(typed);
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/^ {2}FAILED +plan 1 +what it is made of has another hash than it says$/m);
    expect(stdout).toContain('This receipt is not to be believed.');
  }, 60_000);

  test('ends with 4 and the questions where nobody can answer', async () => {
    const { code, stdout } = await steward(['task', TASK, ...options(app.user(asking))]);
    expect(code, stdout).toBe(4);
    expect(stdout).toContain('For how many people? [guests]');
    expect(stdout).toContain('(NEEDS_DETAIL)');
  }, 60_000);

  test('waits where nobody approves, and goes on with --resume', async () => {
    const user = app.user({ plan });
    const waits = await steward(['task', TASK, ...options(user)]);
    expect(waits.code, waits.stdout).toBe(4);
    const [, id = ''] = /steward task --resume (\S+)/.exec(waits.stdout) ?? [];
    const resumed = ['task', '--resume', id, '--yes', '--max-cost', '1', '--json', ...options(user)];
    const { code, stdout } = await steward(resumed);
    expect(code, stdout).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; seq?: number });
    expect(lines.slice(0, -1).map(({ seq }) => seq)).toEqual(lines.slice(0, -1).map((_, index) => index + 1));
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      id,
      status: 'completed',
      exit: 0,
      receipt: { valid: true },
    });
  }, 60_000);
});
