/** The world that simulations run in, by its name in tests. */
export { SimulatedWorld as TestWorld } from '../../harness/simulate/simulated-world.ts';
