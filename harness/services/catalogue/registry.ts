/** The services that there are. */
import type { ServiceDeclaration } from '../service.ts';
import { cassandra } from './cassandra.ts';
import { flink } from './flink.ts';
import { kafka } from './kafka.ts';
import { redis } from './redis.ts';

export const SERVICES: readonly ServiceDeclaration[] = [redis, kafka, cassandra, flink];
