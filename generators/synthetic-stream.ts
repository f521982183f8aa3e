export interface SyntheticStreamOptions { seed: number }
