import type { Deal } from './deal.ts';

export interface PageQuery {
  cursorId?: string | undefined;
  limit: number;
  wants(deal: Deal): boolean;
}

/** Rows in the order they came, read from the newest. A page starts with the row that its cursor names. */
export interface DealList {
  add(id: string, deal: Deal): void;
  page(query: PageQuery): Deal[];
}

export function createDealList(): DealList {
  const rows: Deal[] = [];
  const places = new Map<string, number>();
  return {
    add(id, deal) {
      places.set(id, rows.length);
      rows.push(deal);
    },
    page({ cursorId, limit, wants }) {
      const start = cursorId === undefined ? rows.length - 1 : (places.get(cursorId) ?? -1);
      const found: Deal[] = [];
      for (let place = start; place >= 0 && found.length < limit; place--) {
        const deal = rows[place];
        if (deal && wants(deal)) found.push(deal);
      }
      return found;
    },
  };
}
