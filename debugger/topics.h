/* The names of what info tells about, for completion. */
#ifndef TOPICS_H
#define TOPICS_H

const char *topic_number(unsigned i);

#endif
