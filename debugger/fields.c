/* Reading csr.def's field column: "SD 63 UXL 33:32 SIE 1". */
#include "fields.h"

#include <stdio.h>
#include <strings.h>

bool field_next(const char **at, struct field *field)
{
    int used = 0;
    char colon = 0;
    if (sscanf(*at, " %15s %u%n", field->name, &field->high, &used) < 2)
        return false;
    *at += used;
    field->low = field->high;
    if (sscanf(*at, "%c%u%n", &colon, &field->low, &used) == 2 && colon == ':')
        *at += used;
    else
        field->low = field->high;
    return true;
}

bool csr_field(const struct csr_info *info, const char *name, struct field *field)
{
    for (const char *at = info->fields; field_next(&at, field);)
        if (strcasecmp(field->name, name) == 0)
            return true;
    return false;
}
