// SPDX-License-Identifier: Apache-2.0 OR MIT
// /dev/trivet: EL2's memory as EL1 sees it, to map. While EL2 is taken all of it but the CPUs' state is SIGBUS.
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "trivet.h"

static int map(struct file *file, struct vm_area_struct *area) {
  const unsigned long bytes = area->vm_end - area->vm_start;

  if (area->vm_pgoff || bytes > LAUNCH_BYTES || area->vm_flags & VM_WRITE) return -EINVAL;
  return remap_pfn_range(area, area->vm_start, launch_address() >> PAGE_SHIFT, bytes, area->vm_page_prot);
}

static const struct file_operations operations = {.owner = THIS_MODULE, .mmap = map};
static struct miscdevice device = {
    .minor = MISC_DYNAMIC_MINOR, .name = "trivet", .fops = &operations, .mode = 0400};

int device_make(void) { return misc_register(&device); }
void device_free(void) { misc_deregister(&device); }
