import { expect } from 'vitest';
import { ask, type Answer } from '../../api/support/api.ts';
import type { MasumiApp } from './app.ts';

export const HYMN = '-_localhost_8001_hymn_-_';
export const APPROVAL = '-_localhost_8001_approval_-_';

type App = Pick<MasumiApp, 'url'>;

export const post = (
  app: App,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => ask(app, path, { method: 'POST', body, headers });

export const startJob = (app: App, key: string, identifier: string, input: object): Promise<Answer> =>
  post(app, `/mip003/${key}/start_job`, { identifier_from_purchaser: identifier, input_data: input });

export const statusOf = async (app: App, key: string, jobId: unknown): Promise<Answer['body']> =>
  (await ask(app, `/mip003/${key}/status?job_id=${String(jobId)}`)).body;

/** Waits until the job has one of these statuses. A job that fails instead stops the test at once. */
export async function until(
  app: App,
  key: string,
  jobId: unknown,
  ...wanted: string[]
): Promise<Answer['body']> {
  let last: Answer['body'] = {};
  await expect
    .poll(
      async () => {
        last = await statusOf(app, key, jobId);
        return wanted.includes(String(last['status'])) || last['status'] === 'failed';
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBe(true);
  expect(wanted, JSON.stringify(last)).toContain(last['status']);
  return last;
}

export const ELEMENTS = '-_localhost_8001_elements_-_';
export const LONG = '-_localhost_8001_long_-_';
export const FAILING = '-_localhost_8001_failing_-_';
export const PICKY = '-_localhost_8001_picky_-_';
export const RESULTS = '-_localhost_8001_results_-_';

/** Makes flows sellable, as an operator would: by names that a shell can set. */
export function sell(app: Pick<MasumiApp, 'settings'>, ...keys: string[]): void {
  for (const key of keys) app.settings[`AGENT_IDENTIFIER_${key.replaceAll(/\W/g, '_')}`] = agentOf(key);
}

/** The agent identifier that `sell` gives a flow. */
export const agentOf = (key: string): string =>
  Buffer.from(key).toString('hex').padEnd(60, '0').slice(0, 120);

export const get = (app: App, path: string): Promise<Answer> => ask(app, path);

/** Checks that a refusal is a problem (RFC 9457) with the contract's code and a sentence that is worth reading. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body, answer.text).toMatchObject({
    status,
    code,
    error_code: code.toUpperCase(),
    type: `urn:steward:error:${code}`,
    request_id: expect.any(String),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body['detail']).toMatch(/^\S.{9,}[^:\s]$/s);
  expect(answer.body['message']).toBe(answer.body['detail']);
  expect(answer.text).not.toMatch(/node_modules|at .+\.ts:\d/);
}

/** How many runs and jobs there are. */
export async function countRows({ db }: Pick<MasumiApp, 'db'>): Promise<number> {
  const { rows } = await db.pool.query<{ count: string }>(
    'select (select count(*) from run) + (select count(*) from job) as count',
  );
  return Number(rows[0]!.count);
}

/** A job of the approval flow, waiting for its answer. */
export async function startAsking(
  app: App,
  identifier: string,
): Promise<{ jobId: string; statusId: string; asked: Answer['body'] }> {
  const started = await startJob(app, APPROVAL, identifier, { message: `of ${identifier}` });
  expect(started.status, started.text).toBe(200);
  const jobId = String(started.body['job_id']);
  const asked = await until(app, APPROVAL, jobId, 'awaiting_input');
  return { jobId, statusId: String(asked['id']), asked };
}

export const provide = (
  app: App,
  jobId: string,
  statusId: string | undefined,
  input: object,
  key = APPROVAL,
): Promise<Answer> =>
  post(app, `/mip003/${key}/provide_input`, {
    job_id: jobId,
    ...(statusId !== undefined && { status_id: statusId }),
    input_data: input,
  });
