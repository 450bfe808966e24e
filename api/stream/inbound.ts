import type { RawData, WebSocket } from 'ws';
import type { Ctx } from '../context.ts';
import { parseJson } from '../http/json-source.ts';
import { renderProblem } from '../http/render.ts';
import { ApiError, type Where } from '../problem.ts';
import type { Frame, Message, StreamRoute, StreamSubject } from './define-stream.ts';

/** Who sends: the context of each message, judged by the key as it is then. */
export interface Sender {
  log: Ctx['log'];
  now(): Promise<Ctx>;
}

/** Takes a client's messages one after the other, each answered by `ack` or `error` with its id. */
export function receiveMessages(
  client: WebSocket,
  sender: Sender,
  stream: StreamRoute,
  subject: StreamSubject,
  where: Where,
): void {
  let turn: Promise<void> = Promise.resolve();
  const answer = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (client.readyState !== client.OPEN) return;
    const frame = await answerTo(sender, stream, subject, data, isBinary, where);
    if (client.readyState !== client.OPEN) return;
    client.send(JSON.stringify(frame));
    if (frame['code'] === 'unauthorized') client.close(4401, 'unauthorized');
  };
  client.on('message', (data, isBinary) => {
    client.pause(); // who sends faster than it is answered waits in its own socket, not in our memory
    turn = turn.then(() => answer(data, isBinary)).finally(() => client.resume());
  });
}

async function answerTo(
  sender: Sender,
  stream: StreamRoute,
  subject: StreamSubject,
  data: RawData,
  isBinary: boolean,
  where: Where,
): Promise<Frame> {
  let id: unknown = null;
  try {
    const message = parseMessage(data, isBinary);
    id = message.id ?? null;
    if (stream.receive === undefined)
      throw new ApiError('validation_failed', 'This stream takes no messages.');
    return { type: 'ack', id, ...(await stream.receive(await sender.now(), subject, message)) };
  } catch (error) {
    const { text } = renderProblem(error, where, sender.log);
    const { type: problem, ...members } = JSON.parse(text) as Record<string, unknown>;
    return { ...members, problem, type: 'error', id };
  }
}

function parseMessage(data: RawData, isBinary: boolean): Message {
  if (isBinary) throw new ApiError('media_type', 'Send messages as text frames with JSON.');
  const message = parseJson(asText(data), { paths: ['limits.*'] });
  if (
    typeof message !== 'object' ||
    message === null ||
    Array.isArray(message) ||
    typeof (message as Message).type !== 'string'
  )
    throw new ApiError('validation_failed', 'A message is a JSON object with a "type".');
  return message as Message;
}

const asText = (data: RawData): string =>
  (Array.isArray(data)
    ? Buffer.concat(data)
    : data instanceof ArrayBuffer
      ? Buffer.from(data)
      : data
  ).toString('utf8');
