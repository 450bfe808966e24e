import { until } from '../workflows/support/run.ts';
import { createNormaliser } from './normalise.ts';
import { openSocket, send, type Listening, type Reply, type Socket } from './send.ts';
import { flowFirst } from './two-hands.ts';

type Headers = Readonly<Record<string, string | string[]>>;

interface Asked extends Listening {
  body?: unknown;
  headers?: Headers;
  /** Another API than the house's first. */
  at?: string;
  /** Only head and status are of interest. */
  noBody?: true;
  /** What of the body is recorded instead of the whole. */
  show?: (text: string) => string;
}

export interface Answer extends Reply {
  json: Json;
}

/** An answer as scenarios read it: they go on with a few ids and judge nothing, the recording does. */
export type Json = { [name: string]: Json } & Json[] & string;

interface SocketScript {
  headers?: Readonly<Record<string, string>>;
  at?: string;
  /** Sent one after the other once so many frames have come; each waits for its answer. */
  say?: readonly (string | object | Buffer)[];
  /** How many frames there are before something is said. */
  after?: number;
  /** Closes a stream that would go on after so many frames; without it the server has to close. */
  frames?: number;
}

/** Records named exchanges, in the order in which they are asked. */
export interface Wire {
  ask(title: string, line: string, asked?: Asked): Promise<Answer>;
  socket(title: string, path: string, script?: SocketScript): Promise<void>;
  /** Asks without recording. */
  quiet(line: string, asked?: Asked): Promise<Answer>;
  /** Asks without recording until the answer is right. */
  until(line: string, isRight: (json: Json) => boolean, asked?: Asked): Promise<Json>;
  text(): string;
}

// They say when and by which connection, and differ each time.
const UNTOLD = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);
const SECURITY =
  /^(content-security-policy|cross-origin-|origin-agent-cluster|referrer-policy|x-content-type|x-dns|x-download|x-frame|x-permitted|x-xss|strict-transport)/;

export function createWire(url: string): Wire {
  const normalise = createNormaliser();
  const lines: string[] = [];
  const security: string[] = [];
  const write = (mark: string, text: string): void => {
    for (const line of normalise(text).replace(/\n$/, '').split('\n'))
      lines.push(`${mark} ${line}`.trimEnd());
  };
  const begin = (title: string): void =>
    void lines.push(...(lines.length > 0 ? [''] : []), `# ${normalise(title)}`);

  /** The security headers are alike on almost all answers: written out once, then named. */
  const writeHeaders = (headers: Reply['headers']): void => {
    const told = Object.entries(headers).filter(([name]) => !UNTOLD.has(name));
    const safe = told.filter(([name]) => SECURITY.test(name)).map(([name, value]) => `${name}: ${value}`);
    const set = safe.toSorted().join('\n');
    if (!security.includes(set)) {
      security.push(set);
      lines.push(`< security headers ${security.length}:`);
      write('<   ', set);
    } else lines.push(`< security headers ${security.indexOf(set) + 1}`);
    const others = told.filter(([name]) => !SECURITY.test(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, value] of others) write('<', `${name}: ${value}`);
  };

  const wire: Wire = {
    async quiet(line, { body, headers = {}, at = url, ...listening } = {}) {
      const [method, path] = splitLine(line);
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const reply = await send(at, { method, path, headers, body: text }, listening);
      return { ...reply, json: parse(reply.text) };
    },
    async ask(title, line, asked = {}) {
      const { body, headers = {}, noBody, show = (text) => text } = asked;
      begin(title);
      write('>', readable(line));
      for (const [name, value] of Object.entries(headers)) write('>', `${name}: ${String(value)}`);
      if (body !== undefined) write('>', shorten(typeof body === 'string' ? body : JSON.stringify(body)));
      const reply = counted(named(await wire.quiet(line, asked)));
      write('<', String(reply.status));
      writeHeaders(reply.headers);
      if (noBody === undefined && reply.text !== '')
        write('<', show(reply.text.replaceAll(': alive\n\n', '')));
      return reply;
    },
    async socket(title, path, { headers = {}, at = url, say = [], after = 1, frames } = {}) {
      begin(title);
      write('>', `WebSocket ${path}`);
      for (const [name, value] of Object.entries(headers)) write('>', `${name}: ${value}`);
      const socket = openSocket(at, path, headers);
      await converse(socket, say, after);
      if (frames !== undefined) {
        await until(() => socket.frames.length >= frames, `${title}: ${frames} frames`);
        socket.close();
      }
      const end = await socket.closed;
      for (const message of say) write('>', shorten(asText(message)));
      // Answers and events come by two ways, so that only the order within each is certain.
      for (const frame of flowFirst(socket.frames.filter((one) => !isAnswer(one)))) write('<', frame);
      for (const frame of socket.frames.filter(isAnswer)) write('< answer', frame);
      write('< closed', end);
    },
    async until(line, isRight, asked) {
      let last: Json | undefined;
      await until(
        async () => {
          const { json } = await wire.quiet(line, asked);
          last = json;
          return isRight(json);
        },
        `${line} is right`,
        40_000,
      ).catch((error: unknown) => {
        throw new Error(`${line} did not come right: ${JSON.stringify(last)}`, { cause: error });
      });
      return last!;
    },
    text: () => `${lines.join('\n')}\n`,
  };
  return wire;
}

/** The request's own id differs each time, but is the same in head and body. */
function named(answer: Answer): Answer {
  const { 'x-request-id': id = '-', ...headers } = answer.headers;
  return {
    ...answer,
    headers: { ...headers, 'x-request-id': '<request>' },
    text: answer.text.replaceAll(`"request_id":"${id}"`, '"request_id":"<request>"'),
  };
}

/** How much of the limit is left depends on the minute; that nothing is left does not. */
function counted(answer: Answer): Answer {
  const { headers, status, text } = answer;
  const told = Object.entries(headers).map(([name, value]) => [name, countless(name, value, status)]);
  return {
    ...answer,
    headers: Object.fromEntries(told) as Reply['headers'],
    text:
      status === 429
        ? text
            .replaceAll(/"retry_after":\d+/g, '"retry_after":<seconds>')
            .replaceAll(/in \d+ s\./g, 'in <seconds> s.')
        : text,
  };
}

function countless(name: string, value: string, status: number): string {
  if (name === 'ratelimit') return value.replace(/r=[1-9]\d*/, 'r=<left>').replace(/t=\d+/, 't=<seconds>');
  if (name === 'x-ratelimit-remaining' && value !== '0') return '<left>';
  if (name === 'x-ratelimit-reset' || (name === 'retry-after' && status === 429)) return '<seconds>';
  return value;
}

/** Ids in addresses as they stand elsewhere, so that they are known again. */
const readable = (line: string): string => (line.includes('%3A') ? decodeURIComponent(line) : line);

async function converse(
  socket: Socket,
  say: readonly (string | object | Buffer)[],
  after: number,
): Promise<void> {
  if (say.length > 0) await until(() => socket.frames.length >= after, 'the stream begins');
  for (const [index, message] of say.entries()) {
    socket.send(Buffer.isBuffer(message) ? message : asText(message));
    await until(() => socket.frames.filter(isAnswer).length > index, `an answer to message ${index + 1}`);
  }
}

const isAnswer = (frame: string): boolean => /^\{"type":"ack"|"type":"error","id":/.test(frame);

const asText = (message: string | object | Buffer): string =>
  Buffer.isBuffer(message)
    ? `(binary) ${message.toString('utf8')}`
    : typeof message === 'string'
      ? message
      : JSON.stringify(message);

const splitLine = (line: string): [string, string] => {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
};

const LONGEST = 2000;
const shorten = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, 100)}... (${text.length} characters)` : text;

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {} as Json;
  }
}
