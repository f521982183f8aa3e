export interface TraceStreamOptions { seed: number }
