// How many items are worked on at once when nobody says.
#ifndef VQAGEN_BATCH_H
#define VQAGEN_BATCH_H

// Enough that every slot finds a call: a drafting call holds as many items as it drafts questions
// for, and the next items come in when half of these are done. Never below 1,000.
unsigned batch_size_for(unsigned concurrency, unsigned per_image);

#endif
