/* trapeze bench. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

int command_bench(int argc, char **argv);

#endif
