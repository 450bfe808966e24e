import { request, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface Call {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[]>>;
  body: string | undefined;
}

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

export interface Listening {
  /** Ends a stream that would go on. */
  enough?: ((text: string) => boolean) | undefined;
  /** Done once the answer has begun, while it is read. */
  meanwhile?: (() => Promise<unknown>) | undefined;
}

/** One request as it is given: Node's own client changes neither path nor Host. */
export function send(url: string, call: Call, { enough, meanwhile }: Listening = {}): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const { method, path, body } = call;
    const headers = {
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
      ...call.headers,
    };
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      const done = (): void => resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), text });
      answer.setEncoding('utf8').on('data', (part: string) => {
        if (text === '') void meanwhile?.().catch(reject);
        text += part;
        if (enough?.(text) !== true) return;
        done();
        sent.destroy();
      });
      answer.once('end', done).once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    pairs.push([rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!]);
  return Object.fromEntries(pairs);
}

export interface Socket {
  /** Frames as they came. */
  frames: string[];
  send(message: string | Buffer): void;
  close(): void;
  closed: Promise<string>;
}

export function openSocket(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Socket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers });
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString('utf8')));
  const closed = new Promise<string>((resolve, reject) => {
    socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`.trim()));
    socket.once('error', reject);
  });
  closed.catch(() => undefined);
  return {
    frames,
    closed,
    send: (message) => socket.send(message),
    close: () => socket.close(1000),
  };
}
