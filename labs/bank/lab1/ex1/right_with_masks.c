/* right: a mask made of both ends, the sign by subtraction, and pieces added up. */
static inline uint32_t field(uint32_t word, int high, int low)
{
    uint32_t up_to_high = (uint32_t)(((uint64_t)2 << high) - 1);
    return (word & up_to_high) >> low;
}

static inline int64_t sign_extend(uint32_t value, int bits)
{
    int64_t range = (int64_t)1 << bits;
    int64_t number = (int64_t)value & (range - 1);
    return number >= range / 2 ? number - range : number;
}

static inline uint32_t pieces_gather(uint32_t word, const struct piece *piece)
{
    uint32_t sum = 0;
    while (piece->high != 0) {
        sum += field(word, piece->high, piece->low) * ((uint32_t)1 << piece->to);
        piece++;
    }
    return sum;
}
