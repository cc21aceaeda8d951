/* The file system: a tree of inodes in memory, without hard links, so that the inode holds its
 * own name. The one idea: a file that came with the kernel is only a pointer into the archive,
 * until someone writes to it; then it gets pages, as a new file does. */
#include "ramfs.h"

#include <stdbool.h>
#include <stddef.h>

#include "atomic.h"
#include "page.h"
#include "panic.h"
#include "priv.h"
#include "string.h"

struct inode {
    char name[NAME_LENGTH + 1];
    enum file_type type;
    uint32_t number;
    uint32_t references;    /* holders, children, and one for the name */
    struct inode *parent;   /* held; NULL for the root */
    struct inode *next;     /* the parent's next child by name; in the free list: any */
    struct inode *children; /* of a directory, by name */
    uint64_t size;
    const uint8_t *archive; /* the contents while they are unchanged, or NULL */
    uint8_t **pages;        /* a page of pointers to pages, or NULL */
    bool is_linked;         /* it has a name */
};

enum { FILE_PAGES = PAGE_SIZE / sizeof(uint8_t *) };

/* The archive: records one after another, each padded to 16 bytes; a name of zero ends it.
 * tools/pack.py makes it. */
struct record {
    char name[48]; /* a path from the root */
    uint64_t size, reserved;
    uint8_t bytes[];
};

extern const uint8_t archive_start[];

static struct inode root = {.type = TYPE_DIRECTORY, .references = 1, .is_linked = true};
static struct inode *free_inodes;
static uint32_t last_number;

static struct inode *inode_take(void)
{
    if (!free_inodes) {
        struct inode *page = page_take();
        if (!page)
            return NULL;
        for (struct inode *i = page; i + 1 <= page + PAGE_SIZE / sizeof *i; i++) {
            i->next = free_inodes;
            free_inodes = i;
        }
    }
    struct inode *inode = free_inodes;
    free_inodes = inode->next;
    *inode = (struct inode){.number = ++last_number};
    return inode;
}

struct inode *inode_root(void)
{
    return &root;
}

struct inode *inode_hold(struct inode *inode)
{
    atomic_add(&inode->references, 1);
    return inode;
}

void inode_put(struct inode *inode)
{
    while (inode && atomic_add(&inode->references, (uint32_t)-1) == 0) {
        struct inode *parent = inode->parent;
        inode_truncate(inode);
        inode->next = free_inodes;
        free_inodes = inode;
        inode = parent;
    }
}

/* The child of this name; or NULL, and *place is where one would be linked. */
static struct inode *find(struct inode *directory, const char *name, struct inode ***place)
{
    struct inode **at = &directory->children;
    while (*at && strcmp((*at)->name, name) < 0)
        at = &(*at)->next;
    *place = at;
    return *at && strcmp((*at)->name, name) == 0 ? *at : NULL;
}

/* Takes the first name off the path: -ENAMETOOLONG, or 0 and a name, empty at the end. */
static int next_name(const char **path, char name[NAME_LENGTH + 1])
{
    const char *p = *path;
    while (*p == '/')
        p++;
    int n = 0;
    for (; *p && *p != '/'; p++) {
        if (n == NAME_LENGTH)
            return -ENAMETOOLONG;
        name[n++] = *p;
    }
    name[n] = 0;
    while (*p == '/')
        p++;
    *path = p;
    return 0;
}

static struct inode *enter(struct inode *directory, const char *name)
{
    struct inode **place;
    if (strcmp(name, ".") == 0)
        return directory;
    if (strcmp(name, "..") == 0)
        return directory->parent ? directory->parent : directory;
    return find(directory, name, &place);
}

/* Walks all of the path but its last name, which is copied to `name`. */
static int walk(struct inode *from, const char *path, struct inode **directory,
                char name[NAME_LENGTH + 1])
{
    struct inode *at = *path == '/' ? &root : from;
    for (;;) {
        int error = next_name(&path, name);
        if (error)
            return error;
        if (!*path)
            break;
        at = enter(at, name);
        if (!at)
            return -ENOENT;
        if (at->type != TYPE_DIRECTORY)
            return -ENOTDIR;
    }
    *directory = at;
    return 0;
}

int inode_lookup(struct inode *from, const char *path, struct inode **found)
{
    char name[NAME_LENGTH + 1];
    struct inode *directory;
    if (!*path)
        return -ENOENT;
    int error = walk(from, path, &directory, name);
    if (error)
        return error;
    struct inode *inode = *name ? enter(directory, name) : directory;
    if (!inode)
        return -ENOENT;
    size_t length = strlen(path);
    if (path[length - 1] == '/' && inode->type != TYPE_DIRECTORY)
        return -ENOTDIR;
    *found = inode_hold(inode);
    return 0;
}

int inode_create(struct inode *from, const char *path, enum file_type type, struct inode **made)
{
    char name[NAME_LENGTH + 1];
    struct inode *directory, **place;
    int error = walk(from, path, &directory, name);
    if (error)
        return error;
    if (!*name)
        return *path ? -EEXIST : -ENOENT;
    if (!directory->is_linked)
        return -ENOENT;
    if (enter(directory, name))
        return -EEXIST;
    find(directory, name, &place);
    struct inode *inode = inode_take();
    if (!inode)
        return -ENOMEM;
    string_copy(inode->name, name, sizeof inode->name);
    inode->type = type;
    inode->references = 2; /* the name's and the caller's */
    inode->is_linked = true;
    inode->parent = inode_hold(directory);
    inode->next = *place;
    *place = inode;
    *made = inode;
    return 0;
}

int inode_unlink(struct inode *from, const char *path)
{
    char name[NAME_LENGTH + 1];
    struct inode *directory, **place;
    int error = walk(from, path, &directory, name);
    if (error)
        return error;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EINVAL;
    struct inode *inode = find(directory, name, &place);
    if (!inode)
        return -ENOENT;
    if (inode->children)
        return -ENOTEMPTY;
    *place = inode->next;
    inode->is_linked = false;
    inode_put(inode);
    return 0;
}

int inode_path(const struct inode *inode, char *path, uint64_t size)
{
    char text[PATH_LENGTH + 1];
    char *at = text + sizeof text;
    *--at = 0;
    if (!inode->parent)
        *--at = '/';
    for (; inode->parent; inode = inode->parent) {
        size_t n = strlen(inode->name);
        if ((size_t)(at - text) < n + 1)
            return -ENAMETOOLONG;
        at -= n;
        memcpy(at, inode->name, n);
        *--at = '/';
    }
    return string_copy(path, at, size) ? 0 : -ENAMETOOLONG;
}

enum file_type inode_type(const struct inode *inode)
{
    return inode->type;
}

uint64_t inode_size(const struct inode *inode)
{
    return inode->size;
}

void inode_describe(const struct inode *inode, struct stat *stat)
{
    *stat = (struct stat){.type = inode->type, .inode = inode->number, .size = inode->size};
    for (const struct inode *child = inode->children; child; child = child->next)
        stat->size++;
}

int inode_entry(const struct inode *directory, uint64_t index, struct dirent *entry)
{
    const struct inode *child = directory->children;
    while (child && index--)
        child = child->next;
    if (!child)
        return 0;
    *entry = (struct dirent){.type = child->type, .inode = child->number};
    memcpy(entry->name, child->name, sizeof entry->name);
    return 1;
}

const uint8_t *inode_bytes(const struct inode *inode, uint64_t offset, uint64_t *n)
{
    *n = 0;
    if (offset >= inode->size)
        return NULL;
    *n = inode->size - offset;
    if (inode->archive)
        return inode->archive + offset;
    uint64_t in_page = PAGE_SIZE - offset % PAGE_SIZE;
    *n = *n < in_page ? *n : in_page;
    return inode->pages[offset / PAGE_SIZE] + offset % PAGE_SIZE;
}

/* The file's page of this index, given if it is missing. */
static uint8_t *page_of(struct inode *inode, uint64_t index)
{
    if (!inode->pages)
        inode->pages = page_take_zeroed();
    if (!inode->pages)
        return NULL;
    if (!inode->pages[index])
        inode->pages[index] = page_take_zeroed();
    return inode->pages[index];
}

/* Moves the contents out of the archive into pages. */
static bool unpack(struct inode *inode)
{
    const uint8_t *archive = inode->archive;
    if (!archive)
        return true;
    if (inode->size > (uint64_t)FILE_PAGES * PAGE_SIZE)
        return false;
    for (uint64_t at = 0; at < inode->size; at += PAGE_SIZE) {
        uint8_t *page = page_of(inode, at / PAGE_SIZE);
        if (!page)
            return false;
        memcpy(page, archive + at, inode->size - at < PAGE_SIZE ? inode->size - at : PAGE_SIZE);
    }
    inode->archive = NULL;
    return true;
}

uint8_t *inode_room(struct inode *inode, uint64_t offset, uint64_t *n)
{
    if (offset >= (uint64_t)FILE_PAGES * PAGE_SIZE || !unpack(inode))
        return NULL;
    for (uint64_t i = inode->size / PAGE_SIZE; i < offset / PAGE_SIZE; i++)
        if (!page_of(inode, i))
            return NULL;
    uint8_t *page = page_of(inode, offset / PAGE_SIZE);
    *n = PAGE_SIZE - offset % PAGE_SIZE;
    return page ? page + offset % PAGE_SIZE : NULL;
}

void inode_written(struct inode *inode, uint64_t end)
{
    if (end > inode->size)
        inode->size = end;
}

void inode_truncate(struct inode *inode)
{
    for (int i = 0; inode->pages && i < FILE_PAGES; i++)
        if (inode->pages[i])
            page_put(inode->pages[i]);
    if (inode->pages)
        page_put(inode->pages);
    inode->pages = NULL;
    inode->archive = NULL;
    inode->size = 0;
}

/* Makes the directories on the way to this path. */
static void make_parents(const char *path)
{
    char prefix[sizeof((struct record *)0)->name];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct inode *made;
        string_copy(prefix, path, (size_t)(slash - path) + 1);
        if (inode_create(&root, prefix, TYPE_DIRECTORY, &made) == 0)
            inode_put(made);
    }
}

static struct inode *make(const char *path, enum file_type type)
{
    struct inode *made;
    make_parents(path);
    int error = inode_create(&root, path, type, &made);
    if (error)
        panic("ramfs: cannot make %s: error %d", path, -error);
    inode_put(made);
    return made;
}

void ramfs_init(void)
{
    const uint8_t *at = archive_start;
    while (*at) {
        const struct record *record = (const struct record *)at;
        struct inode *inode = make(record->name, TYPE_FILE);
        inode->archive = record->bytes;
        inode->size = record->size;
        at += sizeof *record + ((record->size + 15) & ~15UL);
    }
    make("dev/console", TYPE_CONSOLE);
    make("dev/null", TYPE_NULL);
    make("tmp", TYPE_DIRECTORY);
}
