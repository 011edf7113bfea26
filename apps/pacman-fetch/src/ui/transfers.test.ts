import { describe, expect, it } from 'vitest';

import { Transfers } from './transfers.js';

describe('the line of all transfers', () => {
  it('has the rate so far between two files, and before the first byte of one', () => {
    const transfers = new Transfers();
    const line = (at: number) => transfers.totalLine(at);
    transfers.take({ event: 'total', files: 2, size: 3000 }, 0);
    transfers.take({ event: 'start', name: 'a.pkg', size: 2000 }, 0);
    expect(line(100)).toMatchObject({ rate: 0 });
    transfers.take({ event: 'progress', name: 'a.pkg', received: 2000 }, 1000);
    transfers.take({ event: 'done', name: 'a.pkg' }, 1000);
    expect(line(1000)).toMatchObject({ received: 2000, rate: 2000, seconds: 0.5 });
    transfers.take({ event: 'start', name: 'b.pkg', size: 1000 }, 1000);
    expect(line(2000)).toMatchObject({ received: 2000, rate: 1000, seconds: 1 });
    // The rate of what arrives, once something does; it falls to nothing if that stops.
    transfers.take({ event: 'progress', name: 'b.pkg', received: 500 }, 2000);
    expect(line(2000)).toMatchObject({ received: 2500, rate: 500 });
  });
});
