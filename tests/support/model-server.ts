import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../schemas/core/json.ts';

/** One answer, in the order they are scripted; the last one repeats. */
export type Scripted =
  | { status?: number; headers?: { [name: string]: string }; body: JsonObject | string }
  /** Half an answer, and the connection is gone. */
  | { cut: string }
  /** An answer without an end. */
  | { endless: true }
  | { silence: true };

/** A request as it came. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: JsonObject;
}

export interface ModelServer {
  url: string;
  requests: Received[];
  script(...answers: Scripted[]): void;
  close(): Promise<void>;
}

/** What providers of models have in common: JSON comes, JSON goes. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: Received[] = [];
  let answers: Scripted[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      requests.push({
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(text) as JsonObject,
      });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      respond(response, answer ?? { status: 500, body: { message: 'nothing scripted' } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script(...next) {
      answers = next;
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(response: ServerResponse, answer: Scripted): void {
  if ('silence' in answer) return;
  if ('cut' in answer) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
    response.write(answer.cut, () => response.destroy());
    return;
  }
  if ('endless' in answer) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      if (!response.destroyed) response.write(' '.repeat(1 << 20), () => setImmediate(more));
    };
    response.write('{"a":"');
    more();
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
}

/** An answer of a model, whatever its provider makes of it. */
export interface Said {
  text?: string;
  /** `input` is what stands on the wire: an object, or a text that may be no JSON. */
  calls?: { id: string; name: string; input: JsonObject | string }[];
  end?: 'refusal' | 'too_long';
  use?: { input: number; output: number };
}
