/** How many guests there may be: connections, or requests, that have not shown a valid key. */
export interface GuestLimits {
  /** Of one address. */
  perClient: number;
  /** Of all addresses. */
  inAll: number;
}

/** One guest's place. It is left when the connection closes or a valid key is shown. */
export interface Stay {
  /** True while there is no place for it. Then it gets one answer, and only one that costs next to nothing. */
  readonly isOver: boolean;
  leave(): void;
}

/** Counts guests by address. */
export function createGuests({ perClient, inAll }: GuestLimits): (address: string) => Stay {
  const byAddress = new Map<string, number>();
  let total = 0;
  return (address) => {
    const here = byAddress.get(address) ?? 0;
    let isOver = here >= perClient || total >= inAll;
    let isCounted = !isOver;
    if (isCounted) byAddress.set(address, here + 1);
    if (isCounted) total += 1;
    return {
      get isOver() {
        return isOver;
      },
      leave() {
        isOver = false;
        if (!isCounted) return;
        isCounted = false;
        total -= 1;
        const left = byAddress.get(address)! - 1;
        if (left === 0) byAddress.delete(address);
        else byAddress.set(address, left);
      },
    };
  };
}
