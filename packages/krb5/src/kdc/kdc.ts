/** A KDC, by its name and by its address. */
export type Transport = 'udp' | 'tcp';

/** A KDC by name, as the configuration or DNS gives it. */
export interface Kdc {
  readonly host: string;
  readonly port: number;
  /** What the KDC may be asked by. */
  readonly transports: readonly Transport[];
}

/** A KDC's address, resolved. */
export interface KdcAddress {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}
