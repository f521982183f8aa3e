/**
 * The error for bytes of a log that are no block although nothing is missing: it names the place, so that a person can
 * look.
 */

export interface LogPlace {
  partition: number;
  offset: number;
  path: string;
  position: number;
}

export class CorruptLogError extends Error {
  override readonly name = 'CorruptLogError';
  readonly place: LogPlace;

  constructor(place: LogPlace, reason: string) {
    super(
      `event log is corrupt: partition ${place.partition}, offset ${place.offset}, ` +
        `${place.path}, byte ${place.position}: ${reason}; ` +
        'what follows cannot be trusted: write the log anew',
    );
    this.place = place;
  }
}
