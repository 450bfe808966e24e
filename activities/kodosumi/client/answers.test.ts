import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createKodosumi } from './kodosumi.ts';

let server: Server | undefined;

/** A server that accepts every sign-in and answers the rest as told. */
async function serve(answer: RequestListener): Promise<string> {
  const started = createServer((request, response) => {
    if (request.url === '/api/login') return void response.end('{"KODOSUMI_API_KEY":"t0ken"}');
    answer(request, response);
  });
  server = started;
  await new Promise<void>((resolve) => void started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

const account = { username: 'admin', password: 'pa55word', timeoutMs: 5000 };

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('what Kodosumi answers', () => {
  it('is asked for with the token in the header and in the cookie', async () => {
    const seen: unknown[] = [];
    const url = await serve(({ headers }, response) => {
      seen.push([headers['kodosumi_api_key'], headers.cookie, headers.accept]);
      response.end('{"items":[],"offset":null}');
    });
    expect(await createKodosumi({ url, ...account }).flows()).toEqual([]);
    expect(seen).toEqual([['t0ken', 'kodosumi_jwt=t0ken', 'application/json']]);
  });

  it('keeps the digits of the numbers of a form', async () => {
    const form = '[{"type":"number","name":"n","value":9007199254740993}]';
    const url = await serve((_request, response) => void response.end(form));
    expect(JSON.stringify(await createKodosumi({ url, ...account }).lock('f', 'l'))).toBe(form);
  });

  it('is not read beyond a limit', async () => {
    const url = await serve((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', more);
      };
      more();
    });
    await expect(createKodosumi({ url, ...account }).status('x', 100_000)).rejects.toThrow(
      'more than 100000 bytes',
    );
  });

  it('is quoted in the error when it is a 4xx, and not when it is a 5xx', async () => {
    let status = 409;
    const url = await serve((_request, response) => {
      response.writeHead(status, { 'retry-after': '7' }).end('{"detail":"the reason"}');
    });
    const { launch } = createKodosumi({ url, ...account });
    await expect(launch('/-/a/1/-/x?y=pa55word', {})).rejects.toMatchObject({
      message: 'Kodosumi answered 409 to POST /-/a/1/-/x: the reason.',
      status: 409,
      unknown: false,
      retryAfterMs: 7000,
    });
    status = 500;
    await expect(launch('/-/a/1/-/x', {})).rejects.toMatchObject({
      message: 'Kodosumi answered 500 to POST /-/a/1/-/x.',
      unknown: true,
    });
  });

  it('leaves a launch in doubt when it cannot be read', async () => {
    const url = await serve((_request, response) => void response.end('<html>'));
    await expect(createKodosumi({ url, ...account }).launch('/x', {})).rejects.toMatchObject({
      unknown: true,
    });
  });

  it('is refused as a list of flows when the list changes while it is read', async () => {
    const flow = { uid: 'u', url: '/-/a' };
    const url = await serve((_request, response) => {
      response.end(JSON.stringify({ items: [flow], offset: 'u' }));
    });
    await expect(createKodosumi({ url, ...account }).flows()).rejects.toThrow('changed while it was read');
  });

  it('leaves a lock open when the flow does not take the answer', async () => {
    const url = await serve((_request, response) => void response.end('{"result":null,"elements":[]}'));
    expect(await createKodosumi({ url, ...account }).answerLock('f', 'l', {})).toMatchObject({
      kind: 'rejected',
    });
  });

  it('may be a stream without ids, but a stream must have an end', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: result\ndata: 1.5:a\n\nevent: result\ndata: 2:b\n\n');
    });
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      const { events } = createKodosumi({ url, ...account });
      for await (const { atMs, data } of events('f', new AbortController().signal)) seen.push([atMs, data]);
    };
    await expect(read()).rejects.toThrow('too early');
    expect(seen).toEqual([
      [1500, 'a'],
      [2000, 'b'],
    ]);
  });

  it('takes an empty file as one empty piece, because a file without pieces is never complete', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        seen.push(`${request.url} ${/"total_chunks":\d+/.exec(body)?.[0] ?? ''}`.trim());
        response.end('{"batch_id":"b","upload_id":"u"}');
      });
    });
    const value = await createKodosumi({ url, ...account }).upload([
      { filename: 'e', bytes: new Uint8Array() },
    ]);
    expect(seen).toEqual(['/files/init_batch', '/files/init "total_chunks":1', '/files/chunk']);
    expect(JSON.parse(value)).toEqual({ batchId: 'b', items: { u: { filename: 'e', totalChunks: 1 } } });
  });
});
