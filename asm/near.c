/* Names that are near to each other, for suggestions. */
#include "near.h"

#include <stdio.h>
#include <string.h>

/* How many letters must be typed, dropped, changed or swapped to come from one name to the other
 * (Damerau and Levenshtein); names are short. */
static unsigned distance(struct text from, const char *to)
{
    enum { LONGEST = 16 };
    unsigned rows[LONGEST + 1][LONGEST + 1];
    size_t length = strlen(to);
    if (from.size > LONGEST || length > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= from.size; i++)
        for (size_t j = 0; j <= length; j++) {
            if (!i || !j) {
                rows[i][j] = (unsigned)(i + j);
                continue;
            }
            bool is_same = from.at[i - 1] == to[j - 1];
            unsigned best = rows[i - 1][j - 1] + !is_same;
            best = rows[i - 1][j] + 1 < best ? rows[i - 1][j] + 1 : best;
            best = rows[i][j - 1] + 1 < best ? rows[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && from.at[i - 1] == to[j - 2] && from.at[i - 2] == to[j - 1] &&
                rows[i - 2][j - 2] + 1 < best)
                best = rows[i - 2][j - 2] + 1;
            rows[i][j] = best;
        }
    return rows[from.size][length];
}

struct near near_begin(struct text typed)
{
    return (struct near){typed, typed.size < 4 ? 2 : 3, ""}; /* further away is another word */
}

void near_try(struct near *near, const char *name)
{
    unsigned far = distance(near->typed, name);
    if (far >= near->least)
        return;
    near->least = far;
    snprintf(near->name, sizeof near->name, "%s", name);
}
