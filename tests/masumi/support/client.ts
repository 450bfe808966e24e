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

/** Waits until the job's status is one of these; a test that waits for another state than `failed` stops there. */
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
