#include "record.h"

#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool number_text(double value, const char *name, char **text, struct error *why);

bool record_text(const cJSON *value, const char *name, char **text, struct error *why)
{
    *text = NULL;
    if (value == NULL || cJSON_IsNull(value))
        return true;
    if (cJSON_IsNumber(value))
        return number_text(value->valuedouble, name, text, why);
    if (!cJSON_IsString(value) && !cJSON_IsBool(value))
        return error_set(why, ERR_RECORD, "%s is %s, not a text", name,
                         cJSON_IsArray(value) ? "an array" : "an object");
    const char *given = cJSON_IsString(value) ? value->valuestring
                        : cJSON_IsTrue(value) ? "true"
                                              : "false";
    if (text_is_blank(given))
        return true;
    *text = text_copy(given);
    if (*text == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %s", name);
    text_trim(*text);
    return true;
}

// A number's shortest text. Whole numbers have neither point nor exponent.
static bool number_text(double value, const char *name, char **text, struct error *why)
{
    char digits[40];
    if (!isfinite(value))
        return error_set(why, ERR_RECORD, "%s is a number too large to be read", name);
    if (fabs(value) < 9e15 && value == (double)(int64_t)value)
        snprintf(digits, sizeof digits, "%.0f", value == 0 ? 0.0 : value);
    else
        for (int places = 1; places <= 17; places++) {
            snprintf(digits, sizeof digits, "%.*g", places, value);
            if (strtod(digits, NULL) == value)
                break;
        }
    *text = text_copy(digits);
    return *text != NULL || error_set(why, ERR_MEMORY, "no memory for a number");
}
