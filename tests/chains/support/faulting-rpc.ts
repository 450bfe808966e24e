import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a node does to a call. A call reaches the chain only where this says `forwarded`. */
export type Fault =
  /** The connection breaks. */
  | { kind: 'down' }
  /** A proxy before the node answers: 429, 502. */
  | { kind: 'status'; status: number }
  | { kind: 'garbage' }
  | { kind: 'error'; message: string }
  /** Answers this as if it were the chain's answer. A thrown error becomes an error answer. */
  | { kind: 'answer'; result: (params: unknown) => unknown }
  /** Forwarded; the answer never comes. */
  | { kind: 'silent' }
  /** Forwarded; the answer comes late. */
  | { kind: 'late'; ms: number }
  /** Forwarded; the node says that it failed. */
  | { kind: 'lie'; message: string }
  /** Forwarded with a changed question. */
  | { kind: 'ask'; params: (params: unknown) => unknown }
  /** Forwarded; the chain's answer is changed. */
  | { kind: 'change'; result: (result: unknown, params: unknown) => unknown };

interface RpcCall {
  id: unknown;
  method: string;
  params?: unknown;
}

interface RpcAnswer {
  jsonrpc: '2.0';
  id: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

/** A JSON-RPC node in front of another. It misbehaves as it is told and is honest otherwise. */
export interface FaultingRpc {
  url: string;
  /** From now on calls of the method meet this fault. '*' means every method that has no fault of its own. */
  fault(method: string, fault: Fault): void;
  heal(): void;
  /** How often a method was called. */
  calls(method: string): number;
  close(): Promise<void>;
}

export async function startFaultingRpc(target: string): Promise<FaultingRpc> {
  const faults = new Map<string, Fault>();
  const counts = new Map<string, number>();
  const faultOf = ({ method }: RpcCall): Fault | undefined => faults.get(method) ?? faults.get('*');
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await json(request)) as RpcCall | RpcCall[];
    const calls = Array.isArray(body) ? body : [body];
    for (const { method } of calls) counts.set(method, (counts.get(method) ?? 0) + 1);
    const met = calls.map(faultOf);
    if (breaks(response, met)) return;
    const answers = await Promise.all(calls.map((call, index) => answer(target, call, met[index])));
    if (met.some((fault) => fault?.kind === 'silent')) return; // the client gives up
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  };
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (method, fault) => void faults.set(method, fault),
    heal: () => faults.clear(),
    calls: (method) => counts.get(method) ?? 0,
    close: () => close(server),
  };
}

/** Faults of the connection hit every call that came over it. */
function breaks(response: ServerResponse, met: readonly (Fault | undefined)[]): boolean {
  for (const fault of met) {
    if (fault?.kind === 'down') response.destroy();
    else if (fault?.kind === 'status') response.writeHead(fault.status).end('try again later');
    else if (fault?.kind === 'garbage') response.end('{"jsonrpc":"2.0","id":1,"resu');
    else continue;
    return true;
  }
  return false;
}

async function answer(target: string, call: RpcCall, fault: Fault | undefined): Promise<RpcAnswer> {
  const failed = (message: string): RpcAnswer => ({
    jsonrpc: '2.0',
    id: call.id,
    error: { code: -32603, message },
  });
  return misbehave(target, call, fault, failed).catch((error: unknown) => failed(String(error)));
}

async function misbehave(
  target: string,
  call: RpcCall,
  fault: Fault | undefined,
  failed: (message: string) => RpcAnswer,
): Promise<RpcAnswer> {
  const { id, params } = call;
  if (fault?.kind === 'error') return failed(fault.message);
  if (fault?.kind === 'answer') return { jsonrpc: '2.0', id, result: fault.result(params) };
  const asked = fault?.kind === 'ask' ? { ...call, params: fault.params(params) } : call;
  const answered = await forward(target, asked);
  if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'lie') return failed(fault.message);
  if (fault?.kind !== 'change' || answered.error) return answered;
  return { ...answered, result: fault.result(answered.result, params) };
}

async function forward(target: string, call: RpcCall): Promise<RpcAnswer> {
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call),
  });
  return (await response.json()) as RpcAnswer;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
