import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFetchFile } from '../../activities/kodosumi/fetch-file.ts';
import { createUrlGuard } from '../../activities/http/guard.ts';
import { createGuardedFetch } from '../../activities/http/guarded-fetch.ts';
import { filesInput } from '../../stand-ins/kodosumi/elements.ts';
import { markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import { countRows, expectProblem, post, provide, sell, startJob, until } from './support/client.ts';

const READER = '-_localhost_8001_reader_-_';
const ASKER = '-_localhost_8001_asker_-_';
const form = [filesInput('scan', { multiple: true })];

const reader: StandInFlow = {
  url: '/-/localhost/8001/reader/-/',
  summary: 'Reader',
  elements: form,
  run: ({ files }) => Promise.resolve(markdown(files.map(({ filename }) => filename).join())),
};
const asker: StandInFlow = {
  url: '/-/localhost/8001/asker/-/',
  summary: 'Asker',
  elements: [],
  run: async ({ lock }) => markdown(JSON.stringify(await lock('scan', form))),
};

// Every name resolves to a private address here.
const guard = createUrlGuard({ allowHosts: [], resolve: () => Promise.resolve(['10.0.0.1']) });
const files = createGuardedFetch({ guard, timeoutMs: 1000, maxBytes: 1000 });
const LISTED = 'https://127.0.0.1:8443/mine.txt';
let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp({
    flows: [reader, asker],
    activities: {
      fetchFile: (url) =>
        url === LISTED
          ? Promise.resolve({ filename: 'mine.txt', bytes: Buffer.from('mine') })
          : createFetchFile(files)(url),
    },
  });
  sell(app, READER, ASKER);
});
afterAll(async () => {
  await app.close();
  await files.close();
});

const REFUSED = 'scan must lead to a public address: local and private ones are not fetched from.';

describe('A file at a private address', () => {
  test.each([
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://localhost/x',
    'https://a.localhost:8443/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
  ])('is refused before anybody pays: %s', async (url) => {
    const before = await countRows(app);
    const inputs = { scan: ['https://files.example/fine', url] };
    for (const answer of [
      await startJob(app, READER, url, inputs),
      await post(app, `/${READER}/runs`, { inputs }),
    ]) {
      expectProblem(answer, 400, 'invalid_input');
      expect(answer.body['field_errors']).toEqual({ scan: [REFUSED] });
    }
    expect(await countRows(app)).toBe(before);
  });

  test('is refused as an answer to a question, too, and the question stays open', async () => {
    const { body } = await startJob(app, ASKER, 'asks for a file', {});
    const jobId = String(body['id']);
    const asked = await until(app, ASKER, jobId, 'awaiting_input');
    const answer = await provide(app, jobId, String(asked['id']), { scan: ['https://10.1.2.3/x'] }, ASKER);
    expectProblem(answer, 400, 'invalid_input');
    expect(answer.body['field_errors']).toEqual({ scan: [REFUSED] });
    expect((await provide(app, jobId, String(asked['id']), { scan: [LISTED] }, ASKER)).status).toBe(200);
    await until(app, ASKER, jobId, 'completed');
  });

  test('is fetched where the operator has listed its host', async () => {
    const { body, text, status } = await startJob(app, READER, 'listed', { scan: [LISTED] });
    expect(status, text).toBe(200);
    expect(await until(app, READER, body['id'], 'completed')).toMatchObject({ result: 'mine.txt' });
  });

  test('behind a public name fails the job, in words for whoever gave it', async () => {
    const { body } = await startJob(app, READER, 'by name', { scan: ['https://inside.example/x'] });
    const failed = await until(app, READER, body['id'], 'failed');
    expect(failed).toMatchObject({ error_code: 'flow_rejected_input' });
    expect(failed['message']).toContain(
      'scan: The file at inside.example could not be fetched: files are fetched from public https addresses only',
    );
    expect(failed['message']).not.toContain('SERVICE_HOSTS');
  });
});
