/* The three address levels, as types: mixing two of them does not compile.
 *
 *   gva   what a guest program uses        the guest's page tables take it to
 *   gpa   what the guest takes for memory  the p2m takes it to
 *   hpa   the machine's memory
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdint.h>

typedef struct {
    uint64_t a;
} gva_t;
typedef struct {
    uint64_t a;
} gpa_t;
typedef struct {
    uint64_t a;
} hpa_t;

#define GVA(address) ((gva_t){address})
#define GPA(address) ((gpa_t){address})
#define HPA(address) ((hpa_t){address})

#endif
