import { MasumiNodeError } from '../../../domain/masumi/outside-errors.ts';
import type { MasumiNode, NodePayment, PaymentPage } from '../../../domain/masumi/ports/masumi-node.ts';

/** A payment service made of a list, newest first, that counts how often it is asked. */
export interface Paper {
  node: MasumiNode;
  payments: NodePayment[];
  lists: PaymentPage[];
  resolved: string[];
  authorized: string[];
  /** What resolving, listing or authorising these throws, by identifier or state. */
  refuses: Map<string, MasumiNodeError>;
  clear(): void;
}

const PAGE = 100;

export function createPaper(): Paper {
  const paper: Omit<Paper, 'node'> = {
    payments: [],
    lists: [],
    resolved: [],
    authorized: [],
    refuses: new Map(),
    clear() {
      for (const list of [paper.payments, paper.lists, paper.resolved, paper.authorized]) list.length = 0;
      paper.refuses.clear();
    },
  };
  const refuse = (what: string): void => {
    const error = paper.refuses.get(what);
    if (error !== undefined) throw error;
  };
  const find = (identifier: string): NodePayment | undefined =>
    paper.payments.find(({ blockchainIdentifier }) => blockchainIdentifier === identifier);
  const never = (): Promise<never> => Promise.reject(new Error('The watch does not ask for this.'));
  const node: MasumiNode = {
    createPayment: never,
    findPayment: never,
    submitResult: never,
    pricing: never,
    isHealthy: () => Promise.resolve(true),
    async listPayments(page) {
      await Promise.resolve();
      paper.lists.push(page);
      refuse(page.state ?? '');
      const all = paper.payments.filter(
        ({ onChainState, sourceType }) => onChainState === page.state && sourceType === page.sourceType,
      );
      const start = page.cursor === undefined ? 0 : all.findIndex(({ id }) => id === page.cursor) + 1;
      return { payments: all.slice(start, start + PAGE), isLast: start + PAGE >= all.length };
    },
    async resolve(identifier) {
      await Promise.resolve();
      paper.resolved.push(identifier);
      refuse(identifier);
      return find(identifier);
    },
    async authorizeRefund(identifier) {
      await Promise.resolve();
      paper.authorized.push(identifier);
      refuse(identifier);
      return { kind: 'done', payment: find(identifier)! };
    },
  };
  return { ...paper, node };
}

export const forbidden = (): MasumiNodeError =>
  new MasumiNodeError('The payment service answered 403: Forbidden', { status: 403 });

export const unreadable = (): MasumiNodeError =>
  new MasumiNodeError('The answer of the payment service cannot be read.');
