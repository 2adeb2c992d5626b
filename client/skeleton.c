typedef int skeleton;
