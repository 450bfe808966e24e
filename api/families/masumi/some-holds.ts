import { setTimeout as wait } from 'node:timers/promises';

/**
 * True as soon as one of these looks says so; false when none does. Each begins when the one before has answered, or after
 * `nextMs`: one that hangs does not hold up the others, and one that answers spares them.
 */
export async function someHolds(
  looks: readonly (() => Promise<boolean>)[],
  nextMs: number,
): Promise<boolean> {
  let isFound = false;
  const begun: Promise<boolean>[] = [];
  const found = Promise.withResolvers<boolean>();
  const tell = async (looking: Promise<boolean>): Promise<void> => {
    try {
      isFound = (await looking) || isFound;
      if (isFound) found.resolve(true);
    } catch (error) {
      found.reject(error);
    }
  };
  const lookAtAll = async (): Promise<boolean> => {
    for (const look of looks) {
      const looking = look();
      begun.push(looking);
      void tell(looking);
      await Promise.race([looking, wait(nextMs)]);
      if (isFound) break;
    }
    return (await Promise.all(begun)).includes(true);
  };
  return Promise.race([found.promise, lookAtAll()]);
}
