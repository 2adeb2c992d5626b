// One function for each thing that forms ask of a picture.
#ifndef VQAGEN_FORM_FACTS_H
#define VQAGEN_FORM_FACTS_H

#include "forms.h"

form_fact fact_brightness, fact_dominant, fact_largest_colour, fact_ground_colour, fact_cell_colour,
    fact_colour_at, fact_sentence, fact_largest_percent, fact_colour_percent, fact_ground_percent,
    fact_brightest, fact_darkest, fact_most_colourful, fact_largest_place, fact_smallest_place,
    fact_colour_place, fact_largest_direction, fact_colour_direction, fact_odd_colour,
    fact_odd_place, fact_leftmost, fact_rightmost, fact_topmost, fact_lowest, fact_smallest_colour,
    fact_second_colour, fact_absent_colour, fact_missing_primary, fact_missing_signal, fact_frame,
    fact_shape_number, fact_colour_number, fact_number_of_colours, fact_row_of_colours;

#endif
