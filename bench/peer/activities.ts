import { Agent, request } from 'undici';
import { FREE_CALLS } from '../free-plan.ts';

export interface PeerActivities {
  call(step: number): Promise<string>;
}

/** One loopback call a step, with the HTTP client that Steward uses. */
export function createPeerActivities(serviceUrl: string): PeerActivities & { close(): Promise<void> } {
  const dispatcher = new Agent();
  return {
    async call(step) {
      const { path, method } = FREE_CALLS[step]!;
      const body =
        method === 'POST'
          ? { body: JSON.stringify({ step }), headers: { 'content-type': 'application/json' } }
          : {};
      const answer = await request(`${serviceUrl}/${path}`, { dispatcher, method, ...body });
      return answer.body.text();
    },
    close: () => dispatcher.close(),
  };
}
