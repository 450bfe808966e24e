import type { RawData, WebSocket } from 'ws';
import type { Ctx } from '../context.ts';
import { parseJson } from '../http/json-source.ts';
import { renderProblem } from '../http/render.ts';
import type { Limits } from '../limits.ts';
import { ApiError, type Where } from '../problem.ts';
import type { Toll } from './admission.ts';
import type { Frame, Message, StreamRoute, StreamSubject } from './define-stream.ts';
import { takeOneByOne } from './one-by-one.ts';

/** Who sends. `now` gives the context of a message, with the key looked up again. */
export interface Sender {
  log: Ctx['log'];
  now(): Promise<Ctx>;
}

/** Takes a client's messages one after the other, each answered by `ack` or `error` with its id. `settled` waits for these. */
export function receiveMessages(
  client: WebSocket,
  sender: Sender,
  stream: StreamRoute,
  subject: StreamSubject,
  where: Where,
  toll: Toll,
  { commandsWaiting, refusedCommands }: Limits,
): { settled(): Promise<void> } {
  const errorFrame = (error: unknown, id: unknown): Frame => toErrorFrame(error, id, sender.log, where);
  const leave = (detail: string): void => {
    client.send(JSON.stringify(errorFrame(new ApiError('rate_limited', detail), null)));
    client.close(4429, 'rate_limited');
  };
  const answer = async (data: RawData, isBinary: boolean): Promise<string> => {
    const frame = await answerTo(sender, stream, subject, toll, data, isBinary, errorFrame);
    if (toll.refusals > refusedCommands)
      leave('Commands kept coming after they had been refused; reconnect and wait as retry_after says.');
    const text = JSON.stringify(frame);
    if (frame['code'] !== 'unauthorized') return text;
    client.send(text);
    client.close(4401, 'unauthorized');
    return text; // the socket is closed, so it is not sent again
  };
  return takeOneByOne(client, commandsWaiting, answer, () =>
    leave(`More than ${commandsWaiting} messages wait for their answer; wait for each ack.`),
  );
}

async function answerTo(
  sender: Sender,
  stream: StreamRoute,
  subject: StreamSubject,
  toll: Toll,
  data: RawData,
  isBinary: boolean,
  errorFrame: (error: unknown, id: unknown) => Frame,
): Promise<Frame> {
  let id: unknown = null;
  try {
    const reading = readMessage(data, isBinary);
    if ('message' in reading) id = reading.message.id ?? null;
    await toll.pay();
    if ('error' in reading) throw reading.error;
    const { message } = reading;
    if (stream.receive === undefined)
      throw new ApiError('validation_failed', 'This stream takes no messages.');
    return { type: 'ack', id, ...(await stream.receive(await sender.now(), subject, message)) };
  } catch (error) {
    return errorFrame(error, id);
  }
}

function toErrorFrame(error: unknown, id: unknown, log: Ctx['log'], where: Where): Frame {
  const { text } = renderProblem(error, where, log);
  const { type: problem, ...members } = JSON.parse(text) as Record<string, unknown>;
  return { ...members, problem, type: 'error', id };
}

/** Returns the error instead of throwing it: an invalid message takes a token like any other. */
function readMessage(data: RawData, isBinary: boolean): { message: Message } | { error: unknown } {
  try {
    return { message: parseMessage(data, isBinary) };
  } catch (error) {
    return { error };
  }
}

function parseMessage(data: RawData, isBinary: boolean): Message {
  if (isBinary) throw new ApiError('media_type', 'Send messages as text frames with JSON.');
  const message = parseJson(asText(data), { money: { paths: ['limits.*'] }, exact: ['data'] });
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
