import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServicePayment } from '../definition.ts';

/** A refund is signed once and kept before it is sent, so that sending again sends the same transaction. */
export interface SignedRefund {
  readonly raw: string;
  readonly transaction: string;
}

/** `from`, `to` and `madeAt` are Unix milliseconds. */
export interface Booking {
  readonly bookingId: string;
  readonly city: string;
  readonly room: number;
  readonly from: number;
  readonly to: number;
  readonly guest: string;
  readonly madeAt: number;
  readonly payment?: ServicePayment;
  readonly refund?: SignedRefund;
  readonly refundedAt?: string;
}

export interface BookingStore {
  add(booking: Booking): void;
  find(bookingId: string): Booking | undefined;
  /** Bookings that block a room: paid and not cancelled, or made after `since` and perhaps still being paid. */
  active(city: string, since: number): Booking[];
  markPaid(bookingId: string, payment: ServicePayment): void;
  update(bookingId: string, change: Partial<Booking>): void;
}

/** Kept in a file, when one is given: a seller that forgets its bookings could not refund them. */
export function createBookingStore(file?: string): BookingStore {
  const bookings = new Map(file && existsSync(file) ? readAll(file) : []);
  const save = (): void => {
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify([...bookings.values()]));
    renameSync(`${file}.new`, file);
  };
  const update = (bookingId: string, change: Partial<Booking>): void => {
    const booking = bookings.get(bookingId);
    if (!booking) return;
    bookings.set(bookingId, { ...booking, ...change });
    save();
  };
  return {
    add(booking) {
      bookings.set(booking.bookingId, booking);
      save();
    },
    find: (bookingId) => bookings.get(bookingId),
    active: (city, since) =>
      [...bookings.values()].filter(
        (booking) => booking.city === city && !booking.refund && (booking.payment || booking.madeAt > since),
      ),
    markPaid: (bookingId, payment) => update(bookingId, { payment }),
    update,
  };
}

const readAll = (file: string): [string, Booking][] =>
  (JSON.parse(readFileSync(file, 'utf8')) as Booking[]).map((booking) => [booking.bookingId, booking]);
