/** What the demo reads of the API of agents with budgets. */
export interface ChatStep {
  service_id: string;
  policy_action: string;
  status: string;
  error: string | null;
  output: Record<string, unknown>;
}

interface Treasury {
  treasuryBalance: number | null;
  agents: Record<string, { dailyBudget: number; currentDailySpend: number } | undefined>;
}

interface Decision {
  action: string;
  reason: string;
  reason_code: string;
}

export interface AgentsClient {
  treasury(): Promise<Treasury>;
  setBudget(agent: string, amount: number): Promise<void>;
  chat(agent: string, message: string): Promise<ChatStep[]>;
  lastDecision(agent: string): Promise<Decision>;
}

const TIMEOUT_MS = 150_000;

export function createAgentsClient(url: string, key: string | undefined): AgentsClient {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(path, url), {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { detail?: string };
    if (response.ok) return answer;
    throw new Error(`${method} ${path} answered ${response.status}: ${answer.detail ?? ''}`);
  };
  return {
    treasury: async () => (await ask('GET', '/treasury')) as Treasury,
    setBudget: async (agent, amount) =>
      void (await ask('PUT', `/agents/${agent}/budget`, { daily_budget: amount })),
    chat: async (agent_id, message) =>
      ((await ask('POST', '/chat', { agent_id, message })) as { steps: ChatStep[] }).steps,
    lastDecision: async (agent) => {
      const { logs } = (await ask('GET', `/policy/logs?limit=1&agent_id=${agent}`)) as { logs: Decision[] };
      return logs[0]!;
    },
  };
}
